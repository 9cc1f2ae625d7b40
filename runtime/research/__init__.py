"""Whether a result can be believed: what luck, search, costs and the choice of years have to do with it."""
