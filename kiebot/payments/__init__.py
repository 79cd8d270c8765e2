"""What is sold, and the rules of paying for it. Pure: no network, no store."""
