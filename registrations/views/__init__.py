"""Pages of the registration, by who needs them: the unit, its rows, its submissions, the office."""
