"""What is deleted of a meeting's people when their time is over: the one place that knows every table."""
