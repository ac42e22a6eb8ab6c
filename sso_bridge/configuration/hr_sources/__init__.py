"""The HR sources of the document: one model per kind, and when what they send is believed."""
