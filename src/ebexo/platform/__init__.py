"""What a platform with many stores needs: opening stores, removing them, and a way into their settings."""
