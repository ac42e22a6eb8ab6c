"""The commands of `sso-bridge`, one file each: what an operator can do without a browser."""
