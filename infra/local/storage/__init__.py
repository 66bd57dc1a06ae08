"""A small Supabase Storage: signed uploads and downloads of private buckets.

Only the routes that the product and its clients use are offered: no public files,
images, resumable uploads or S3.
"""
