"""The generator: random configurations, and random requests for them, of a seed."""
