/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types and numbers of the ioctls that drivers use, written down here because the headers of the
 * DRM and of NVIDIA's modules need not be where this is built. Sources: Linux'
 * include/uapi/drm/drm.h, linux/sync_file.h, linux/dma-buf.h; NVIDIA's open kernel modules,
 * nv_escape.h, nv-ioctl-numbers.h, uvm_ioctl.h and uvm_linux_ioctl.h.
 */
#ifndef ORIEL_SANDBOX_IOCTLS_H
#define ORIEL_SANDBOX_IOCTLS_H

#define DRM_TYPE                    0x64u /* 'd' */
#define DRM_VERSION                 0x00u
#define DRM_GEM_CLOSE               0x09u
#define DRM_GET_CAP                 0x0cu
#define DRM_PRIME_HANDLE_TO_FD      0x2du
#define DRM_PRIME_FD_TO_HANDLE      0x2eu
#define DRM_DRIVER_40               0x40u /* 0x40 to 0x9f are each driver's own: to 0x7f ... */
#define DRM_DRIVER_80               0x80u /* ... and on to 0x9f; then those of screens */
#define DRM_SYNCOBJ_CREATE          0xbfu
#define DRM_SYNCOBJ_DESTROY         0xc0u
#define DRM_SYNCOBJ_HANDLE_TO_FD    0xc1u
#define DRM_SYNCOBJ_FD_TO_HANDLE    0xc2u
#define DRM_SYNCOBJ_WAIT            0xc3u
#define DRM_SYNCOBJ_RESET           0xc4u
#define DRM_SYNCOBJ_SIGNAL          0xc5u
#define DRM_SYNCOBJ_TIMELINE_WAIT   0xcau
#define DRM_SYNCOBJ_QUERY           0xcbu
#define DRM_SYNCOBJ_TRANSFER        0xccu
#define DRM_SYNCOBJ_TIMELINE_SIGNAL 0xcdu

#define SYNC_FILE_TYPE  0x3eu /* '>' */
#define SYNC_FILE_MERGE 0x03u
#define SYNC_FILE_INFO  0x04u

#define DMA_BUF_TYPE             0x62u /* 'b' */
#define DMA_BUF_SYNC             0x00u
#define DMA_BUF_EXPORT_SYNC_FILE 0x02u
#define DMA_BUF_IMPORT_SYNC_FILE 0x03u

#define NV_TYPE                     0x46u /* 'F' */
#define NV_RM_ALLOC_MEMORY          0x27u
#define NV_RM_ALLOC_OBJECT          0x28u
#define NV_RM_FREE                  0x29u
#define NV_RM_CONTROL               0x2au
#define NV_RM_ALLOC                 0x2bu
#define NV_RM_DUP_OBJECT            0x34u
#define NV_RM_SHARE                 0x35u
#define NV_RM_IDLE_CHANNELS         0x41u
#define NV_RM_VID_HEAP_CONTROL      0x4au
#define NV_RM_MAP_MEMORY            0x4eu
#define NV_RM_UNMAP_MEMORY          0x4fu
#define NV_RM_GET_EVENT_DATA        0x52u
#define NV_RM_ALLOC_CONTEXT_DMA     0x54u
#define NV_RM_MAP_MEMORY_DMA        0x57u
#define NV_RM_UNMAP_MEMORY_DMA      0x58u
#define NV_RM_BIND_CONTEXT_DMA      0x59u
#define NV_RM_UPDATE_DEVICE_MAPPING 0x5eu
#define NV_CARD_INFO                200u
#define NV_REGISTER_FD              201u
#define NV_ALLOC_OS_EVENT           206u
#define NV_FREE_OS_EVENT            207u
#define NV_STATUS_CODE              209u
#define NV_CHECK_VERSION            210u
#define NV_ATTACH_GPUS_TO_FD        212u
#define NV_SYS_PARAMS               214u
#define NV_WAIT_OPEN_COMPLETE       218u

#define UVM_INITIALIZE              0x30000001u
#define UVM_DEINITIALIZE            0x30000002u
#define UVM_REGISTER_GPU_VASPACE    25u
#define UVM_UNREGISTER_GPU_VASPACE  26u
#define UVM_REGISTER_CHANNEL        27u
#define UVM_UNREGISTER_CHANNEL      28u
#define UVM_MAP_EXTERNAL_ALLOCATION 33u
#define UVM_FREE                    34u
#define UVM_REGISTER_GPU            37u
#define UVM_UNREGISTER_GPU          38u
#define UVM_PAGEABLE_MEM_ACCESS     39u
#define UVM_UNMAP_EXTERNAL          66u
#define UVM_VALIDATE_VA_RANGE       72u
#define UVM_CREATE_EXTERNAL_RANGE   73u
#define UVM_MM_INITIALIZE           75u

#endif
