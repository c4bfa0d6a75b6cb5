"""How facts arrive: chart of accounts, table contracts, quarantine, the store."""
