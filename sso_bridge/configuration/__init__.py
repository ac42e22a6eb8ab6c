"""The configuration: one document that says what the bridge does, checked as a whole, kept as revisions.

Reads and writes files, checks the document against its models and the rules' own checks, compares two documents, and
gives every process the revision that applies now.
"""
