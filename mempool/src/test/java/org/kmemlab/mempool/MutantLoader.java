package org.kmemlab.mempool;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;

/// Loads the classes of this package anew, one of them with a defect: calls of one method are left
/// out of another. What they would return is 0 or false.
final class MutantLoader extends ClassLoader {

    private static final String PACKAGE = MutantLoader.class.getPackageName() + ".";

    private final String className;
    private final String inMethod;
    private final String leftOut;
    private int removed;

    /// @param className simple name of the class that gets the defect
    /// @param inMethod the method that gets it
    /// @param leftOut name of the method that is not called from there any more
    MutantLoader(String className, String inMethod, String leftOut) {
        super(MutantLoader.class.getClassLoader());
        this.className = className;
        this.inMethod = inMethod;
        this.leftOut = leftOut;
    }

    /// How many calls were left out.
    int removed() {
        return removed;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PACKAGE)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] original = in.readAllBytes();
            byte[] bytes = name.equals(PACKAGE + className) ? mutated(original) : original;
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    private byte[] mutated(byte[] original) {
        CodeTransform leaveOut = (code, element) -> {
            if (element instanceof InvokeInstruction call && call.name().equalsString(leftOut)) {
                removed++;
                popArguments(code, call);
            } else {
                code.with(element);
            }
        };
        ClassFile classFile = ClassFile.of();
        return classFile.transformClass(classFile.parse(original),
                ClassTransform.transformingMethods(
                        method -> method.methodName().equalsString(inMethod),
                        MethodTransform.transformingCode(leaveOut)));
    }

    private static void popArguments(CodeBuilder code, InvokeInstruction call) {
        var type = call.typeSymbol();
        for (int i = type.parameterCount() - 1; i >= 0; i--) {
            pop(code, TypeKind.from(type.parameterType(i)));
        }
        if (call.opcode() != Opcode.INVOKESTATIC) {
            code.pop();
        }
        switch (TypeKind.from(type.returnType()).asLoadable()) {
            case INT -> code.iconst_0();
            case LONG -> code.lconst_0();
            case REFERENCE -> code.aconst_null();
            case VOID -> {}
            default -> throw new IllegalArgumentException("cannot leave out " + call);
        }
    }

    private static void pop(CodeBuilder code, TypeKind kind) {
        if (kind.slotSize() == 2) {
            code.pop2();
        } else {
            code.pop();
        }
    }
}
