"""Train and measure the cleaning of news texts (research; not shipped)."""
