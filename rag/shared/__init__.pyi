from .address import Address as Address
from .address import is_address as is_address
from .opening import open_postgres as open_postgres
from .truth import PostgresTruth as PostgresTruth
