"""Accounts, groups and owners on the platforms follow the HR org chart.

May import `mappings` and nothing of `sso_bridge`: what the outside must bring
(HR rows, ledger, audit, clock) is said in `ports.py`.
"""
