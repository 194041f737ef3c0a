from .ray_workers import RayWorkers as RayWorkers
