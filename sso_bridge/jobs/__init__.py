"""Work that outlives a request: queued by the web process and by schedules, done by workers, safe against kill -9.

A job is a row with a lease; the single changes of a rollout are rows of the ledger (`store.ledger`). May import
`provisioners`, `store` and `audit`; knows nothing about pages. Only workers run jobs, everybody else enqueues.
"""
