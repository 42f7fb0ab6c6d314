"""A second opinion on every answer: a plain evaluator of the whole decision, and random cases for both.

The evaluator is written from the documentation, the RFCs and the specification of Cedar. It shares nothing with
the filters: neither code, nor language, nor the libraries for JSON, signatures and policies.
"""
