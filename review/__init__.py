"""The review web app: a shell over casework, found by `motma serve`."""
