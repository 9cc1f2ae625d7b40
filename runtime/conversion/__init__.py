"""From the currency an instrument is quoted in to that of the account."""
