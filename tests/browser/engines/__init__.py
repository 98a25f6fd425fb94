"""What only a real browser can show: kills, damaged disks, bad answers on the wire, and the same journey in three engines."""
