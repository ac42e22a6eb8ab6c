"""Step 5 of a sync: carry out exactly one approved plan, action by action, whatever is killed meanwhile.

Gets an approved plan, gives results in the ledger. May import `plan`, `platforms.contract`, `ports` and `mappings`;
the ledger and the limiter's bucket are brought by `sso_bridge.store`.
"""
