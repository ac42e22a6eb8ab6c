"""Real peers for the tests: programs nobody here wrote, started on free ports and stopped by pid.

Each peer has its own loopback address, so that browsers see different sites, no name has to be resolved
and nobody needs to be root. By hand: `make lab PEER=slapd`.
"""
