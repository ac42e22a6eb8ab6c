"""What administrators keep: the audit trail, revisions, keys, tokens, approvals."""
