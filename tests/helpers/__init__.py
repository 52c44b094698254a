"""What several tests make: small Suns, months, networks, archives."""
