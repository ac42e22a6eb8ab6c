"""From the checked document to the settings that the rooms work with."""
