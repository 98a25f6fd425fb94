"""Every step of the schema, oldest first; one folder for both databases. Steps already released are never edited."""
