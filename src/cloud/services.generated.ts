// Written by `npm run generate` from the definitions in src/services; do not edit.
import type { ServiceFacts } from './serviceFacts.ts';

export const serviceFacts: readonly ServiceFacts[] = [
  {
    "name": "identity",
    "project": "keystone",
    "title": "Keystone",
    "account": false,
    "database": true,
    "secrets": [],
    "ports": [
      {
        "name": "identity",
        "port": 5000
      }
    ],
    "backendPorts": [],
    "files": [
      "keystone.conf"
    ],
    "installers": {
      "packstack": {
        "switch": null
      },
      "burrito": {
        "secrets": {
          "vault_keystone_password": "keystone_database_password"
        }
      }
    }
  },
  {
    "name": "image",
    "project": "glance",
    "title": "Glance",
    "account": true,
    "database": true,
    "secrets": [],
    "ports": [
      {
        "name": "image",
        "port": 9292
      }
    ],
    "backendPorts": [],
    "files": [
      "glance-api.conf"
    ],
    "installers": {}
  },
  {
    "name": "placement",
    "project": "placement",
    "title": "Placement",
    "account": true,
    "database": true,
    "secrets": [],
    "ports": [
      {
        "name": "placement",
        "port": 8778
      }
    ],
    "backendPorts": [],
    "files": [
      "placement.conf"
    ],
    "installers": {
      "packstack": null
    }
  },
  {
    "name": "compute",
    "project": "nova",
    "title": "Nova",
    "account": true,
    "database": true,
    "secrets": [
      {
        "name": "metadata_secret",
        "kind": "shared-secret"
      },
      {
        "name": "nova_compute_password",
        "kind": "password"
      }
    ],
    "ports": [
      {
        "name": "compute",
        "port": 8774
      },
      {
        "name": "metadata",
        "port": 8775
      },
      {
        "name": "console",
        "port": 6080
      }
    ],
    "backendPorts": [],
    "files": [
      "nova.conf",
      "nova-compute.conf"
    ],
    "installers": {
      "burrito": {
        "secrets": {
          "vault_nova_ssh_private_key": "nova_ssh_private_key",
          "vault_nova_ssh_public_key": "nova_ssh_public_key"
        }
      }
    }
  },
  {
    "name": "network",
    "project": "neutron",
    "title": "Neutron",
    "account": true,
    "database": true,
    "secrets": [],
    "ports": [
      {
        "name": "network",
        "port": 9696
      }
    ],
    "backendPorts": [],
    "files": [
      "neutron.conf",
      "ml2_conf.ini",
      "neutron_ovn_metadata_agent.ini"
    ],
    "installers": {
      "packstack": {
        "secrets": {
          "CONFIG_NEUTRON_METADATA_PW": "metadata_secret"
        }
      },
      "kolla": {
        "secrets": {
          "metadata_secret": "metadata_secret"
        }
      },
      "burrito": {
        "secrets": {
          "vault_neutron_metadata_secret": "metadata_secret"
        }
      }
    }
  },
  {
    "name": "volume",
    "project": "cinder",
    "title": "Cinder",
    "account": true,
    "database": true,
    "secrets": [],
    "ports": [
      {
        "name": "volume",
        "port": 8776
      }
    ],
    "backendPorts": [],
    "files": [
      "cinder.conf"
    ],
    "installers": {
      "kolla": {
        "secrets": {
          "cinder_rbd_secret_uuid": "ceph_libvirt_uuid"
        }
      },
      "burrito": {
        "secrets": {
          "vault_ceph_secret_uuid": "ceph_libvirt_uuid"
        }
      }
    }
  },
  {
    "name": "orchestration",
    "project": "heat",
    "title": "Heat",
    "optional": {
      "name": "orchestration",
      "summary": "Heat.",
      "default": true
    },
    "account": true,
    "database": true,
    "secrets": [
      {
        "name": "heat_domain_password",
        "kind": "password"
      },
      {
        "name": "heat_auth_encryption_key",
        "kind": "characters-32"
      }
    ],
    "ports": [
      {
        "name": "orchestration",
        "port": 8004
      },
      {
        "name": "cloudformation",
        "port": 8000
      }
    ],
    "backendPorts": [],
    "files": [
      "heat.conf"
    ],
    "installers": {
      "packstack": {
        "default": false,
        "secrets": {
          "CONFIG_HEAT_DOMAIN_PASSWORD": "heat_domain_password"
        },
        "meaningless": {
          "CONFIG_HEAT_AUTH_ENC_KEY": "A new key is generated; it matters only to stacks of the old cloud, which are not taken over."
        }
      },
      "kolla": {
        "secrets": {
          "heat_domain_admin_password": "heat_domain_password"
        }
      },
      "burrito": null
    }
  },
  {
    "name": "key-manager",
    "project": "barbican",
    "title": "Barbican",
    "optional": {
      "name": "key-manager",
      "summary": "Barbican.",
      "default": true
    },
    "account": true,
    "database": true,
    "secrets": [
      {
        "name": "barbican_kek",
        "kind": "bytes-32"
      }
    ],
    "ports": [
      {
        "name": "key-manager",
        "port": 9311
      }
    ],
    "backendPorts": [],
    "files": [
      "barbican.conf"
    ],
    "installers": {
      "packstack": null,
      "kolla": {
        "default": false,
        "secrets": {
          "barbican_crypto_key": "barbican_kek"
        },
        "meaningless": {
          "barbican_crypto_plugin": "secrets are encrypted with a key from the vault",
          "barbican_library_path": "secrets are encrypted with a key from the vault, not by a hardware module",
          "barbican_p11_password": "secrets are encrypted with a key from the vault, not by a hardware module"
        }
      },
      "burrito": {
        "switch": "install_barbican",
        "secrets": {
          "vault_barbican_kek": "barbican_kek"
        }
      }
    }
  },
  {
    "name": "dashboard",
    "project": "horizon",
    "title": "Horizon",
    "optional": {
      "name": "dashboard",
      "summary": "Horizon.",
      "default": true
    },
    "account": false,
    "database": false,
    "secrets": [
      {
        "name": "horizon_secret_key",
        "kind": "characters-64"
      }
    ],
    "ports": [],
    "backendPorts": [
      {
        "name": "dashboard",
        "port": 8081
      }
    ],
    "files": [],
    "installers": {
      "packstack": {
        "secrets": {
          "CONFIG_HORIZON_SECRET_KEY": "horizon_secret_key"
        }
      },
      "kolla": {
        "secrets": {
          "horizon_secret_key": "horizon_secret_key"
        }
      },
      "burrito": {
        "switch": null,
        "meaningless": {
          "vault_horizon_password": "the dashboard has no database here"
        }
      }
    }
  },
  {
    "name": "object-store",
    "project": "swift",
    "title": "Ceph",
    "optional": {
      "name": "object-store",
      "summary": "Ceph’s object gateway; on where a host has the role rgw.",
      "default": "when-rgw"
    },
    "account": true,
    "database": false,
    "secrets": [],
    "ports": [
      {
        "name": "object-store",
        "port": 8080
      }
    ],
    "backendPorts": [
      {
        "name": "object-store",
        "port": 7480
      }
    ],
    "files": [],
    "installers": {
      "packstack": {
        "remark": "here Ceph’s gateway"
      },
      "kolla": {
        "switch": "enable_ceph_rgw",
        "default": false
      },
      "burrito": {
        "switch": null,
        "remark": "The group rgws"
      }
    }
  }
];
