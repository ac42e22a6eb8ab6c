"""The community platforms: one room each, behind the contract of `contract.py`, listed in `register.py`.

May import `mappings` and `provisioners.errors`; a room never imports another room. HTTP is spoken in `http.py` alone.
"""
