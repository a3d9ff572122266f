"""What leaves the warehouse: frames for Python, files for everyone else."""
