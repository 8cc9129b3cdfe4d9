/* SPDX-License-Identifier: MIT */
/* Functions by their names. */
#include <stdlib.h>
#include <string.h>

#include "glx.h"

#define F(name)                              \
	{                                    \
#name, (__GLXextFuncPtr)name \
	}

/* By name. */
static const struct function {
	const char *name;
	__GLXextFuncPtr address;
} functions[] = {
	F(glXChooseFBConfig),
	F(glXChooseFBConfigSGIX),
	F(glXChooseVisual),
	F(glXCopyContext),
	F(glXCreateContext),
	F(glXCreateContextAttribsARB),
	F(glXCreateContextWithConfigSGIX),
	F(glXCreateGLXPbufferSGIX),
	F(glXCreateGLXPixmap),
	F(glXCreateGLXPixmapWithConfigSGIX),
	F(glXCreateNewContext),
	F(glXCreatePbuffer),
	F(glXCreatePixmap),
	F(glXCreateWindow),
	F(glXDestroyContext),
	F(glXDestroyGLXPbufferSGIX),
	F(glXDestroyGLXPixmap),
	F(glXDestroyPbuffer),
	F(glXDestroyPixmap),
	F(glXDestroyWindow),
	F(glXGetClientString),
	F(glXGetConfig),
	F(glXGetContextIDEXT),
	F(glXGetCurrentContext),
	F(glXGetCurrentDisplay),
	F(glXGetCurrentDisplayEXT),
	F(glXGetCurrentDrawable),
	F(glXGetCurrentReadDrawable),
	F(glXGetCurrentReadDrawableSGI),
	F(glXGetFBConfigAttrib),
	F(glXGetFBConfigAttribSGIX),
	F(glXGetFBConfigFromVisualSGIX),
	F(glXGetFBConfigs),
	F(glXGetProcAddress),
	F(glXGetProcAddressARB),
	F(glXGetSelectedEvent),
	F(glXGetSelectedEventSGIX),
	F(glXGetSwapIntervalMESA),
	F(glXGetVisualFromFBConfig),
	F(glXGetVisualFromFBConfigSGIX),
	F(glXIsDirect),
	F(glXMakeContextCurrent),
	F(glXMakeCurrent),
	F(glXMakeCurrentReadSGI),
	F(glXQueryContext),
	F(glXQueryContextInfoEXT),
	F(glXQueryCurrentRendererIntegerMESA),
	F(glXQueryCurrentRendererStringMESA),
	F(glXQueryDrawable),
	F(glXQueryExtension),
	F(glXQueryExtensionsString),
	F(glXQueryGLXPbufferSGIX),
	F(glXQueryRendererIntegerMESA),
	F(glXQueryRendererStringMESA),
	F(glXQueryServerString),
	F(glXQueryVersion),
	F(glXSelectEvent),
	F(glXSelectEventSGIX),
	F(glXSwapBuffers),
	F(glXSwapIntervalEXT),
	F(glXSwapIntervalMESA),
	F(glXSwapIntervalSGI),
	F(glXUseXFont),
	F(glXWaitGL),
	F(glXWaitX),
};

static int compare(const void *name, const void *function)
{
	return strcmp(name, ((const struct function *)function)->name);
}

__GLXextFuncPtr glx_function(const char *name)
{
	const struct function *found = bsearch(name, functions,
		sizeof(functions) / sizeof(functions[0]), sizeof(functions[0]), compare);

	return found ? found->address : NULL;
}

__GLXextFuncPtr glXGetProcAddress(const GLubyte *name)
{
	const char *text = (const char *)name;
	const __GLXextFuncPtr found = glx_function(text);

	return found ? found : gl_proc_address(text);
}

__GLXextFuncPtr glXGetProcAddressARB(const GLubyte *name)
{
	return glXGetProcAddress(name);
}
