"""The workplaces of the document: one model per kind."""
