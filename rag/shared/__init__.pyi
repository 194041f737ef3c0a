from .address import Address as Address
from .address import is_address as is_address
from .opening import open_originals as open_originals
from .opening import open_people as open_people
from .opening import open_postgres as open_postgres
from .s3_address import S3Address as S3Address
from .truth import PostgresTruth as PostgresTruth
