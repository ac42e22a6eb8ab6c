"""The promises that every connector keeps, as tests to inherit; also for connectors in other repositories.

No product code imports this package. Needs pytest and `responses`.
"""
