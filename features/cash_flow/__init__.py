"""Cash to come (資金繰り): what a firm's cash will be in the next twelve months, from what is known of it."""
