"""The reference evaluator: a configuration and a request in, the answer out."""
