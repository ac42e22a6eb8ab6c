"""What sign-ins keep: attempts, sessions, links, second factors, tokens, traces."""
