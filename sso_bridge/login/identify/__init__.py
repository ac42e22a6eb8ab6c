"""Step 2 of a sign-in: which person of the staff register is this?

Gets a `VerifiedLogin`, gives a `Person` who works here today, or raises UnknownPerson or PersonInactive. Looks up by
(workplace, subject), links a new subject by an immutable HR key, and never by mail or name (ID-01, ID-02).
"""
