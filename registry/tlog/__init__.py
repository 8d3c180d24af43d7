"""The log as a tree that anybody can check: RFC 6962 hashes, C2SP tiles, signed notes. Knows no records."""
