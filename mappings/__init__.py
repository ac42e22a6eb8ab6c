"""The rules: from facts about a person to attributes, groups and roles.

Pure functions and frozen values: no input, no output, no clock, no log. The one
library it may import is the expression language, in `expression.py` alone.
Serves sign-in claims and provisioning alike, so that both always agree.
"""
