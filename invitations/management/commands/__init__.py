"""What ``manage.py`` can do with letters."""
