"""How far a platform has come: who is in which wave and has an account, which groups there are and who owns them."""
