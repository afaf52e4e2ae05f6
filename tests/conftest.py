"""What every test sees."""

pytest_plugins = ["tests.cast"]
