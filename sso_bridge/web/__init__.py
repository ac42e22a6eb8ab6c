"""The addresses of the bridge: thin Flask pages over the flows, one file per kind."""
