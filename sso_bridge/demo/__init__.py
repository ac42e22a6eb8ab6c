"""A made-up company, a platform and everything between them, in one command; nothing here is needed in production."""
