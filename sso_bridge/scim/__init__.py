"""The SCIM 2.0 server (RFC 7643, RFC 7644, RFC 9865): identity providers and HR systems push people and groups here.

What comes in is cut down to the published schemas, checked like a row of an HR file, and written to the staff register
by `store.staff`. A token sees and changes what its own HR source owns, and nothing else.
"""
