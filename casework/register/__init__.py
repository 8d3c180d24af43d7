"""The register as it comes and as it is searched: loading an extract, publishing a version."""
