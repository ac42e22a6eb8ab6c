"""Other people's servers, configured to do the same work as ours."""
