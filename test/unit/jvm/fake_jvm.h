/*
 * A JVM that consists of the functions the agent may call. It records what is asked of it, can fail
 * at any call, and plays the VM's events. A function that the agent must not call is missing from
 * its tables, so that the call crashes.
 */
#ifndef TRIMAGENT_TEST_FAKE_JVM_H
#define TRIMAGENT_TEST_FAKE_JVM_H

#include <jvmti.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <vector>

class FakeJvm
{
public:
    FakeJvm()
    {
        current_ = this;
        invoke_.GetEnv = GetEnv;
        vm_.functions = &invoke_;
        tools_.AddCapabilities = AddCapabilities;
        tools_.SetEventCallbacks = SetEventCallbacks;
        tools_.SetEventNotificationMode = SetEventNotificationMode;
        tools_.DisposeEnvironment = DisposeEnvironment;
        tools_.GetErrorName = GetErrorName;
        tools_.Deallocate = Deallocate;
        tools_.GetSystemProperty = GetSystemProperty;
        jvmti_.functions = &tools_;
    }

    FakeJvm(const FakeJvm &) = delete;
    FakeJvm &operator=(const FakeJvm &) = delete;

    JavaVM *vm()
    {
        return &vm_;
    }

    /* Has the n-th JVMTI call from now fail, counting from 1; GetEnv is none. */
    void FailCall(size_t number)
    {
        failing_call_ = number;
        calls.clear();
    }
    void FailGetEnv()
    {
        get_env_fails_ = true;
    }

    /* Events, as the VM posts them: only where they are enabled and have a callback. */

    void PostVmInit()
    {
        if (IsOn(JVMTI_EVENT_VM_INIT, callbacks.VMInit)) {
            callbacks.VMInit(&jvmti_, nullptr, nullptr);
        }
    }
    void PostVmDeath()
    {
        if (IsOn(JVMTI_EVENT_VM_DEATH, callbacks.VMDeath)) {
            callbacks.VMDeath(&jvmti_, nullptr);
        }
    }
    void PostGcStart()
    {
        if (IsOn(JVMTI_EVENT_GARBAGE_COLLECTION_START, callbacks.GarbageCollectionStart)) {
            callbacks.GarbageCollectionStart(&jvmti_);
        }
    }
    void PostGcFinish()
    {
        if (IsOn(JVMTI_EVENT_GARBAGE_COLLECTION_FINISH, callbacks.GarbageCollectionFinish)) {
            callbacks.GarbageCollectionFinish(&jvmti_);
        }
    }
    void PostThreadStart()
    {
        if (IsOn(JVMTI_EVENT_THREAD_START, callbacks.ThreadStart)) {
            callbacks.ThreadStart(&jvmti_, nullptr, nullptr);
        }
    }
    void PostClassLoad()
    {
        if (IsOn(JVMTI_EVENT_CLASS_LOAD, callbacks.ClassLoad)) {
            callbacks.ClassLoad(&jvmti_, nullptr, nullptr, nullptr);
        }
    }

    std::map<std::string, std::string> properties; /* That the VM has. */

    /* What has been asked for. */
    std::vector<std::string> calls; /* JVMTI calls in order, the failing one included. */
    jvmtiCapabilities capabilities = {};
    jvmtiEventCallbacks callbacks = {};
    std::set<jvmtiEvent> enabled;
    int environments = 0; /* Got and not disposed of. */

private:
    template <typename Callback>
    bool IsOn(jvmtiEvent event, Callback callback) const
    {
        return environments > 0 && enabled.count(event) == 1 && callback != nullptr;
    }

    jvmtiError Call(const char *name)
    {
        calls.push_back(name);
        return calls.size() == failing_call_ ? JVMTI_ERROR_NOT_AVAILABLE : JVMTI_ERROR_NONE;
    }

    static jint JNICALL GetEnv(JavaVM *, void **env, jint version)
    {
        if (current_->get_env_fails_ || version < JVMTI_VERSION_1_0) {
            *env = nullptr;
            return JNI_EVERSION;
        }
        ++current_->environments;
        *env = &current_->jvmti_;
        return JNI_OK;
    }

    static jvmtiError JNICALL AddCapabilities(jvmtiEnv *, const jvmtiCapabilities *wanted)
    {
        const jvmtiError error = current_->Call("AddCapabilities");
        if (error == JVMTI_ERROR_NONE) {
            current_->capabilities = *wanted;
        }
        return error;
    }

    static jvmtiError JNICALL SetEventCallbacks(jvmtiEnv *, const jvmtiEventCallbacks *wanted,
                                                jint size)
    {
        const jvmtiError error = current_->Call("SetEventCallbacks");
        if (error == JVMTI_ERROR_NONE) {
            std::memcpy(&current_->callbacks, wanted, static_cast<size_t>(size));
        }
        return error;
    }

    static jvmtiError JNICALL SetEventNotificationMode(jvmtiEnv *, jvmtiEventMode mode,
                                                       jvmtiEvent event, jthread, ...)
    {
        const jvmtiError error = current_->Call("SetEventNotificationMode");
        if (error == JVMTI_ERROR_NONE && mode == JVMTI_ENABLE) {
            current_->enabled.insert(event);
        } else if (error == JVMTI_ERROR_NONE) {
            current_->enabled.erase(event);
        }
        return error;
    }

    static jvmtiError JNICALL DisposeEnvironment(jvmtiEnv *)
    {
        --current_->environments;
        return JVMTI_ERROR_NONE;
    }

    /* On the heap, as the VM does it: what the agent forgets to deallocate is a leak. */
    static jvmtiError JNICALL GetErrorName(jvmtiEnv *, jvmtiError error, char **name)
    {
        *name = strdup(error == JVMTI_ERROR_NOT_AVAILABLE ? "JVMTI_ERROR_NOT_AVAILABLE" : "OTHER");
        return JVMTI_ERROR_NONE;
    }

    static jvmtiError JNICALL GetSystemProperty(jvmtiEnv *, const char *name, char **value)
    {
        const auto found = current_->properties.find(name);
        if (found == current_->properties.end()) {
            return JVMTI_ERROR_NOT_AVAILABLE;
        }
        *value = strdup(found->second.c_str());
        return JVMTI_ERROR_NONE;
    }

    static jvmtiError JNICALL Deallocate(jvmtiEnv *, unsigned char *memory)
    {
        std::free(memory);
        return JVMTI_ERROR_NONE;
    }

    static inline FakeJvm *current_ = nullptr;
    JNIInvokeInterface_ invoke_ = {};
    JavaVM_ vm_ = {};
    jvmtiInterface_1_ tools_ = {};
    _jvmtiEnv jvmti_ = {};
    size_t failing_call_ = 0;
    bool get_env_fails_ = false;
};

#endif
