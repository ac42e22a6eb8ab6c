"""Webhooks: other systems are told what happens here, signed as Standard Webhooks says, and with ids only.

What is told comes from the audit, so that an event is told if and only if the act was done. Workers send.
"""
