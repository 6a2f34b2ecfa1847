"""What SALESmanago calls us for: somebody confirmed, or unsubscribed."""
