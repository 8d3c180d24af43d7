"""The pure core: functions over frames with named schemas, with no store, no web and no clock."""
