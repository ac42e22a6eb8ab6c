"""The steps from an empty database to today's tables; `sso_bridge/store/schema.py` runs them."""
